using System.Net;
using System.Net.Sockets;

namespace Dvt.Bench;

/// <summary>Answers of one load, with the time that each took.</summary>
/// <param name="Statuses">How often each HTTP status came.</param>
sealed record LoadResult(double Seconds, Percentiles Latency, IReadOnlyDictionary<int, int> Statuses)
{
    public double PerSecond => Latency.Count / Seconds;
}

/// <summary>
/// HTTP/1.1 over keep-alive sockets with ready-made request bytes: a client that costs so little that the server is measured.
/// </summary>
static class LoadGenerator
{
    public const int Connections = 128;

    /// <summary>Each connection sends its next request when the answer is there.</summary>
    /// <param name="requests">Taken in turn; whole requests as bytes.</param>
    public static async Task<LoadResult> ClosedAsync(
        int port, IReadOnlyList<byte[]> requests, int connections, TimeSpan time, CancellationToken stop)
    {
        var next = -1;
        return await RunAsync(port, connections, async (connection, began, record) =>
        {
            while (TimeProvider.System.GetElapsedTime(began) < time)
            {
                var sent = TimeProvider.System.GetTimestamp();
                var place = (int)((uint)Interlocked.Increment(ref next) % requests.Count);
                record(await connection.AskAsync(requests[place], stop), sent);
            }
        }, stop);
    }

    /// <summary>Each request once, as fast as the connections allow.</summary>
    public static async Task<LoadResult> AllAsync(int port, IReadOnlyList<byte[]> requests, int connections, CancellationToken stop)
    {
        var next = -1;
        return await RunAsync(port, connections, async (connection, _, record) =>
        {
            for (var place = Interlocked.Increment(ref next); place < requests.Count; place = Interlocked.Increment(ref next))
            {
                var sent = TimeProvider.System.GetTimestamp();
                record(await connection.AskAsync(requests[place], stop), sent);
            }
        }, stop);
    }

    /// <summary>Requests are due at a steady rate; a late answer does not delay the schedule, and waiting for a connection counts.</summary>
    public static async Task<LoadResult> OpenAsync(
        int port, byte[] request, double perSecond, int connections, TimeSpan time, CancellationToken stop)
    {
        var next = -1L;
        var ticks = TimeProvider.System.TimestampFrequency / perSecond;
        return await RunAsync(port, connections, async (connection, began, record) =>
        {
            while (true)
            {
                var due = began + (long)(Interlocked.Increment(ref next) * ticks);
                if (TimeProvider.System.GetElapsedTime(began, due) >= time)
                    return;
                if (TimeProvider.System.GetElapsedTime(TimeProvider.System.GetTimestamp(), due) is { Ticks: > 0 } early)
                    await Task.Delay(early, stop);
                record(await connection.AskAsync(request, stop), due);
            }
        }, stop);
    }

    static async Task<LoadResult> RunAsync(
        int port, int connections, Func<HttpSocket, long, Action<int, long>, Task> load, CancellationToken stop)
    {
        var open = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => HttpSocket.ConnectAsync(port, stop)));
        var began = TimeProvider.System.GetTimestamp();
        var taken = await Task.WhenAll(open.Select(connection => Task.Run(async () =>
        {
            var mine = new List<(int Status, double Ms)>();
            await load(connection, began, (status, sent) => mine.Add((status, TimeProvider.System.GetElapsedTime(sent).TotalMilliseconds)));
            return mine;
        }, stop)));
        var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        foreach (var connection in open)
            connection.Dispose();
        var answers = taken.SelectMany(t => t).ToList();
        return new(seconds, new(answers.Select(a => a.Ms)), answers.CountBy(a => a.Status).ToDictionary());
    }
}

/// <summary>One keep-alive connection; reads just enough of an answer to know its status and its end.</summary>
sealed class HttpSocket(Socket socket) : IDisposable
{
    byte[] buffer = new byte[16 * 1024];
    int filled;

    public static async Task<HttpSocket> ConnectAsync(int port, CancellationToken stop)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port, stop);
        return new(socket);
    }

    /// <summary>The status of the answer.</summary>
    public async ValueTask<int> AskAsync(byte[] request, CancellationToken stop)
    {
        await socket.SendAsync(request, SocketFlags.None, stop);
        filled = 0;
        while (true)
        {
            if (filled == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
            var read = await socket.ReceiveAsync(buffer.AsMemory(filled), SocketFlags.None, stop);
            if (read == 0)
                throw new IOException("the server closed the connection");
            filled += read;
            if (IsComplete(buffer.AsSpan(0, filled)))
                return (buffer[9] - '0') * 100 + (buffer[10] - '0') * 10 + buffer[11] - '0';
        }
    }

    static bool IsComplete(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0)
            return false;
        var length = answer[..head].IndexOf("Content-Length: "u8);
        if (length < 0)
            return answer[..head].IndexOf("Transfer-Encoding: chunked"u8) < 0 || answer.EndsWith("\r\n0\r\n\r\n"u8);
        return System.Buffers.Text.Utf8Parser.TryParse(answer[(length + 16)..], out int bytes, out _) && answer.Length >= head + 4 + bytes;
    }

    public void Dispose() => socket.Dispose();
}
