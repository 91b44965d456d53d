namespace Dvt.Lodging.Calendars;

/// <summary>
/// The components of a calendar that matter for nights: events, and the zones their times are in. Alarms, tasks and what
/// nobody knows are passed over with everything inside them, so that their properties are never taken for the event's.
/// </summary>
sealed class Components(Reading reading)
{
    readonly List<Component> open = [];
    readonly List<Component> events = [];
    readonly List<Component> zones = [];
    int lost;

    public IReadOnlyList<Component> Events => events;

    public IReadOnlyList<Component> Zones => zones;

    /// <summary>Of the first calendar that says one.</summary>
    public string? Method { get; private set; }

    public bool HasCalendar { get; private set; }

    public bool IsClosed => HasCalendar && open.Count == 0;

    public void Read(IEnumerable<(int Line, string Text)> lines)
    {
        foreach (var (line, text) in lines)
        {
            reading.Did(text.Length);
            if (!ContentLine.TryParse(line, text, out var property, out var problem))
                reading.Skip(line, problem, open.Count == 0 ? "outside a calendar" : $"in {open[^1].Name}");
            else if (property.Name == "BEGIN")
                Begin(property.Value.Trim().ToUpperInvariant(), line);
            else if (property.Name == "END")
                End(property.Value.Trim().ToUpperInvariant(), line);
            else
                Keep(property);
            if (events.Count > reading.Limits.Events)
            {
                events.RemoveAt(events.Count - 1);
                reading.Cut(line, "too_many_events", $"more than {reading.Limits.Events} events");
                break;
            }
        }
        foreach (var component in open)
            reading.Cut(component.Line, "not_closed", $"{Named(component.Name)} does not end");
    }

    void Begin(string name, int line)
    {
        if (lost > 0 || open.Count >= reading.Limits.Depth)
        {
            if (lost++ == 0)
                reading.Skip(line, "too_deep", $"more than {reading.Limits.Depth} components inside each other");
            return;
        }
        HasCalendar |= name == "VCALENDAR";
        // An event in an event is one whose end was lost.
        if (name == "VEVENT" && open.Count > 0 && open[^1].Name == "VEVENT")
        {
            reading.Mend(open[^1].Line, "not_closed", "VEVENT does not end before the next one begins");
            Close();
        }
        open.Add(new(name, line));
    }

    void End(string name, int line)
    {
        if (lost > 0)
        {
            lost--;
            return;
        }
        var at = open.FindLastIndex(c => c.Name == name);
        if (at < 0)
        {
            reading.Skip(line, "end_without_begin", $"{Named(name)} does not begin");
            return;
        }
        for (; open.Count - 1 > at; Close())
            reading.Mend(open[^1].Line, "not_closed", $"{Named(open[^1].Name)} does not end");
        Close();
    }

    void Close()
    {
        var component = open[^1];
        open.RemoveAt(open.Count - 1);
        var outer = open.Count > 0 ? open[^1].Name : "";
        if (component.Name == "VEVENT" && outer is "VCALENDAR")
            events.Add(component);
        else if (component.Name == "VEVENT")
            reading.Skip(component.Line, "event_outside", "VEVENT is not in a VCALENDAR");
        else if (component.Name == "VTIMEZONE" && zones.Count < CalendarZones.Max)
            zones.Add(component);
        else if (component.Name is "STANDARD" or "DAYLIGHT" && outer == "VTIMEZONE")
            open[^1].Add(component);
    }

    void Keep(ContentLine property)
    {
        if (lost > 0)
            return;
        if (open.Count == 0)
            reading.Skip(property.Line, "outside", "a property outside a calendar");
        else if (open[^1].Name is "VEVENT" or "VTIMEZONE" or "STANDARD" or "DAYLIGHT")
            open[^1].Add(property);
        else if (open[^1].Name == "VCALENDAR" && property.Name == "METHOD")
            Method ??= property.Value.Trim().ToUpperInvariant();
    }

    static string Named(string name) => name.Length > 32 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? "a component" : name;
}
