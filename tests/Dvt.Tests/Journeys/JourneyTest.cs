using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Journeys;

/// <summary>A journey of a new tenant through the shared system; what the processes said is shown when it fails.</summary>
[Collection(JourneyCollection.Name)]
public abstract class JourneyTest(JourneySystem journeys, ITestOutputHelper output)
{
    private protected DvtSystem System => journeys.System;

    private protected async Task AsTenantAsync(Func<ApiClient, Task> journey)
    {
        try
        {
            using var client = await ApiClient.TenantAsync(System);
            await journey(client);
        }
        catch
        {
            System.Tell(output);
            throw;
        }
    }

    private protected static IEnumerable<string> TypesOf(IEnumerable<global::System.Text.Json.JsonElement> events) => events.Select(e => e.GetProperty("type").GetString()!);
}
