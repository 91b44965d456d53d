using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Api;

/// <summary>The one place where an event of the API becomes JSON.</summary>
sealed class EventJson
{
    public string Of(IEvent happened) => JsonSerializer.Serialize(happened, happened.GetType(), ContractsJson.Options);
}
