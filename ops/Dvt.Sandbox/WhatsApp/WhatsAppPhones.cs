using System.Text.Json.Nodes;

namespace Dvt.Sandbox;

/// <summary>The phones of guests: what was said on each, by both sides.</summary>
sealed class WhatsAppPhones
{
    readonly Lock gate = new();
    readonly Dictionary<string, Phone> phones = [];

    /// <param name="From"><c>guest</c> or <c>business</c>.</param>
    /// <param name="Text">For eyes: the text, the caption, the template's name.</param>
    /// <param name="Message">As it was on the wire.</param>
    public sealed record Said(string From, string Id, DateTimeOffset At, string Type, string Text, JsonNode Message, string PhoneNumberId, string Status);

    public sealed class Phone
    {
        public string Name { get; set; } = "Ana";

        public List<Said> Messages { get; } = [];

        public Dictionary<string, DateTimeOffset> LastInbound { get; } = [];
    }

    public T On<T>(string number, Func<Phone, T> read)
    {
        lock (gate)
        {
            if (!phones.TryGetValue(number, out var phone))
                phones[number] = phone = new Phone();
            return read(phone);
        }
    }

    public void Hear(string number, Said said) => On(number, phone =>
    {
        phone.Messages.Add(said);
        if (said.From == "guest")
            phone.LastInbound[said.PhoneNumberId] = said.At;
        return true;
    });

    /// <summary>A message's state only grows: read may come before delivered.</summary>
    public void Mark(string number, string id, string status) => On(number, phone =>
    {
        var at = phone.Messages.FindIndex(m => m.Id == id);
        if (at >= 0 && Rank(status) > Rank(phone.Messages[at].Status))
            phone.Messages[at] = phone.Messages[at] with { Status = status };
        return at;
    });

    public bool IsOpen(string number, string phoneNumberId, double hours) => On(number, phone =>
        phone.LastInbound.TryGetValue(phoneNumberId, out var last) && DateTimeOffset.UtcNow - last < TimeSpan.FromHours(hours));

    public string[] Numbers()
    {
        lock (gate)
            return [.. phones.Keys];
    }

    static int Rank(string status) => status switch { "accepted" => 0, "sent" => 1, "delivered" => 2, "read" => 3, _ => 4 };
}
