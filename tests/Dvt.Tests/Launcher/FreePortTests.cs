using System.Net;
using System.Net.Sockets;
using Dvt.Launcher;
using Xunit;

namespace Dvt.Tests.Launcher;

public sealed class FreePortTests
{
    [Fact]
    public void A_port_somebody_listens_on_is_passed_over()
    {
        using var taken = new TcpListener(IPAddress.Loopback, FreePort.Any());
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        Assert.False(FreePort.IsFree(port));
        Assert.True(FreePort.From(port) > port);
        Assert.NotEqual(port, FreePort.Prefer(port));
    }

    [Fact]
    public void A_free_port_is_kept()
    {
        var port = FreePort.Any();
        Assert.Equal(port, FreePort.From(port));
        Assert.Equal(port, FreePort.Prefer(port));
    }
}
