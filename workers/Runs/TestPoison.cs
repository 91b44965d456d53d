using System.Diagnostics;
using Dvt.Pipeline;

namespace Dvt.Workers.Runs;

/// <summary>
/// A message that harms whoever takes it, for fault tests: <c>{"mode":"throw"}</c> or <c>{"mode":"exit"}</c>. Without
/// <see cref="WorkersOptions.TestKinds"/> it is what any message of an unknown type is.
/// </summary>
static class TestPoison
{
    public static void Take(WorkersOptions options, Delivery delivery)
    {
        if (!options.TestKinds)
            throw new NotSupportedException($"no worker of the runs domain knows {delivery.Envelope.Type}");
        if (delivery.Envelope.Body.GetProperty("mode").GetString() == "exit")
            Process.GetCurrentProcess().Kill();
        throw new InvalidOperationException("poison");
    }
}
