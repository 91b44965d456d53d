namespace Dvt.Launcher;

static class Readiness
{
    static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100);

    /// <summary>Polls until the address answers 200; false when it does not in time.</summary>
    public static async Task<bool> WithinAsync(string url, TimeSpan patience, CancellationToken cancellation)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        for (var deadline = DateTime.UtcNow + patience; DateTime.UtcNow < deadline; await Task.Delay(Every, cancellation))
        {
            if (await AnswersAsync(http, url, cancellation))
            {
                return true;
            }
        }

        return false;
    }

    static async Task<bool> AnswersAsync(HttpClient http, string url, CancellationToken cancellation)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(url), cancellation);
            return answer.StatusCode == System.Net.HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}
