using System.Text.Json;
using Dvt.Contracts;
using Dvt.ReadModels;

namespace Dvt.Api;

/// <summary>How answers are written.</summary>
static class Answers
{
    public const string PositionHeader = "Dvt-Position";

    public static async Task JsonAsync<T>(this Call call, T value, int status = 200)
    {
        var response = call.Http.Response;
        response.StatusCode = status;
        response.ContentType = "application/json; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        await JsonSerializer.SerializeAsync(response.BodyWriter, value, ContractsJson.Options, call.Stop);
    }

    /// <summary>A page of a list.</summary>
    public static Task PageAsync<T>(this Call call, IEnumerable<T> items, string? nextCursor) => call.JsonAsync(new Page<T>([.. items], nextCursor));

    public static Task NoContentAsync(this Call call)
    {
        call.Http.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    /// <summary>The 202 of a command: written by hand, since it is the answer there is most of.</summary>
    public static async Task AcceptedAsync(this Call call, Guid commandId, Resource resource, string? self)
    {
        var response = call.Http.Response;
        var command = $"/v1/commands/{commandId}";
        response.StatusCode = 202;
        response.ContentType = "application/json; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.Headers.Location = command;
        using (var json = new Utf8JsonWriter(response.BodyWriter))
        {
            json.WriteStartObject();
            json.WriteString("commandId"u8, commandId);
            json.WriteString("status"u8, "accepted"u8);
            json.WriteStartObject("resource"u8);
            json.WriteString("type"u8, resource.Type);
            json.WriteString("id"u8, resource.Id);
            json.WriteEndObject();
            json.WriteStartObject("links"u8);
            json.WriteString("command"u8, command);
            if (self is not null)
                json.WriteString("resource"u8, self);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        await response.BodyWriter.FlushAsync(call.Stop);
    }

    public static void Position(this Call call, LogPosition position) => call.Http.Response.Headers[PositionHeader] = position.ToString();
}
