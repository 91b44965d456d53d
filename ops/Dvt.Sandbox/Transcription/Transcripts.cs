namespace Dvt.Sandbox;

/// <summary>What will be heard: those that are queued once each, then the standing one.</summary>
sealed class Transcripts
{
    readonly Lock gate = new();
    readonly List<(Transcript Transcript, int Left)> queue = [];
    readonly List<object> heard = [];
    Transcript standing = new("quiero reservar una cabaña para este finde para dos personas");

    /// <param name="Confidence">0 to 1.</param>
    /// <param name="Times">How often it is heard.</param>
    /// <param name="File">Only for files whose name contains this.</param>
    /// <param name="Seconds">Only for WAV files as long as this, give or take 50 ms.</param>
    public sealed record Transcript(string Text, double Confidence = 0.95, string Language = "es", int Times = 1, string? File = null, double? Seconds = null);

    public IResult Add(Transcript transcript)
    {
        lock (gate)
            queue.Add((transcript, transcript.Times));
        return Results.NoContent();
    }

    public IResult Stand(Transcript transcript)
    {
        lock (gate)
            standing = transcript;
        return Results.NoContent();
    }

    public IResult Clear()
    {
        lock (gate)
            queue.Clear();
        return Results.NoContent();
    }

    /// <summary><c>{standing, queued, heard:[{file, sound, language, text}]}</c>.</summary>
    public IResult Show()
    {
        lock (gate)
            return Results.Json(new { standing, queued = queue.Select(q => q.Transcript).ToArray(), heard = heard.ToArray() });
    }

    public Transcript Hear(string file, Tone.Sound? sound, string? language)
    {
        lock (gate)
        {
            var at = queue.FindIndex(q => (q.Transcript.File is not { } part || file.Contains(part, StringComparison.Ordinal))
                && (q.Transcript.Seconds is not { } seconds || (sound is not null && Math.Abs(sound.Seconds - seconds) <= 0.05)));
            var said = at < 0 ? standing : queue[at].Transcript;
            if (at >= 0 && queue[at].Left == 1)
                queue.RemoveAt(at);
            else if (at >= 0)
                queue[at] = (said, queue[at].Left - 1);
            heard.Add(new { file, sound, language, text = said.Text });
            return said;
        }
    }
}
