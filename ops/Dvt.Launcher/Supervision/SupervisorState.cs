using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dvt.Launcher;

[JsonConverter(typeof(JsonStringEnumConverter<Phase>))]
enum Phase
{
    Starting,
    Ready,
    Failed,
    Stopping,
}

/// <summary>How far the supervisor with this process id has come, for whoever waits for it.</summary>
sealed record SupervisorState(int Pid, Phase Phase, string Detail)
{
    public void Write(string file) => WholeFile.Write(file, JsonSerializer.Serialize(this, JsonSerializerOptions.Web));

    public static SupervisorState? Read(string file) =>
        File.Exists(file) ? JsonSerializer.Deserialize<SupervisorState>(File.ReadAllText(file), JsonSerializerOptions.Web) : null;
}
