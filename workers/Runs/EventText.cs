using System.Buffers;
using System.Text;
using Dvt.Contracts;
using Dvt.Engine.Runs;

namespace Dvt.Workers.Runs;

/// <summary>Run events as the text that the log takes.</summary>
static class EventText
{
    [ThreadStatic]
    static ArrayBufferWriter<byte>? buffer;

    public static string Of(IEvent e)
    {
        var output = buffer ??= new ArrayBufferWriter<byte>(4096);
        output.ResetWrittenCount();
        RunEvents.Write(e, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
