using Dvt.Client;
using Dvt.Example;

// Who calls and where: as ./dvt up wrote it into .dvt/env.
var address = Environment.GetEnvironmentVariable("DVT_URL");
var apiKey = Environment.GetEnvironmentVariable("DVT_API_KEY");
if (address is null || apiKey is null)
{
    Console.Error.WriteLine("set DVT_URL and DVT_API_KEY, for instance by: set -a; source .dvt/env; set +a");
    return 2;
}

using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
return await Order.RunAsync(new DvtClient(new Uri(address), apiKey), args.FirstOrDefault() ?? $"order-{Guid.NewGuid():n}", Console.Out, patience.Token);
