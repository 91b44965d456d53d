namespace Dvt.Api;

/// <summary>What the report says, in the languages of those who read it.</summary>
sealed class ReportTexts
{
    static readonly Dictionary<string, (string En, string Es)> All = new()
    {
        ["title"] = ("Traceability report", "Informe de trazabilidad"),
        ["run"] = ("Run", "Ejecución"),
        ["plan"] = ("Plan", "Plan"),
        ["digest"] = ("Plan digest", "Huella del plan"),
        ["status"] = ("Status", "Estado"),
        ["startedBy"] = ("Started by", "Iniciada por"),
        ["onBehalfOf"] = ("On behalf of", "En nombre de"),
        ["correlation"] = ("Correlation", "Correlación"),
        ["labels"] = ("Labels", "Etiquetas"),
        ["origin"] = ("Repeats", "Repite"),
        ["queuedAt"] = ("Queued", "En cola"),
        ["startedAt"] = ("Started", "Inicio"),
        ["endedAt"] = ("Ended", "Fin"),
        ["took"] = ("Duration", "Duración"),
        ["input"] = ("Input", "Entrada"),
        ["output"] = ("Output", "Salida"),
        ["error"] = ("Error", "Error"),
        ["compensationError"] = ("Not undone", "Sin deshacer"),
        ["timeline"] = ("Timeline", "Línea de tiempo"),
        ["steps"] = ("Steps", "Pasos"),
        ["step"] = ("Step", "Paso"),
        ["kind"] = ("Kind", "Tipo"),
        ["attempts"] = ("Attempts", "Intentos"),
        ["attempt"] = ("Attempt", "Intento"),
        ["result"] = ("Result", "Resultado"),
        ["signals"] = ("Signals", "Señales"),
        ["approvals"] = ("Approvals", "Aprobaciones"),
        ["compensation"] = ("Compensation", "Compensación"),
        ["events"] = ("Events", "Eventos"),
        ["event"] = ("Event", "Evento"),
        ["when"] = ("When (UTC)", "Cuándo (UTC)"),
        ["who"] = ("Who", "Quién"),
        ["reason"] = ("Reason", "Motivo"),
        ["data"] = ("Data", "Datos"),
        ["integrity"] = ("Integrity", "Integridad"),
        ["hash"] = ("Snapshot hash", "Huella del estado"),
        ["verification"] = ("Verification", "Verificación"),
        ["sound"] = ("The history is complete; every event has the identity that its place gives it.", "El historial está completo; cada evento tiene la identidad que su lugar le da."),
        ["unsound"] = ("THE HISTORY IS NOT SOUND: an event is missing or out of place.", "EL HISTORIAL NO ES ÍNTEGRO: falta un evento o está fuera de lugar."),
        ["generatedAt"] = ("Generated", "Generado"),
        ["none"] = ("None", "Ninguno"),
        ["more"] = ("More are in the history; the JSON and CSV exports have all of them.", "Hay más en el historial; las exportaciones JSON y CSV los tienen todos."),
        ["cut"] = ("shortened", "abreviado"),
        ["PENDING"] = ("Pending", "Pendiente"),
        ["APPROVED"] = ("Approved", "Aprobada"),
        ["RUNNING"] = ("Running", "En curso"),
        ["PAUSED"] = ("Paused", "En pausa"),
        ["COMPLETED"] = ("Completed", "Completado"),
        ["FAILED"] = ("Failed", "Fallido"),
        ["CANCELLED"] = ("Cancelled", "Cancelado"),
        ["SKIPPED"] = ("Skipped", "Omitido"),
        ["COMPENSATED"] = ("Undone", "Deshecho"),
        ["WAITING"] = ("Waiting", "En espera"),
        ["WAITED"] = ("Waited", "Esperó"),
    };

    public static readonly ReportTexts English = new("en", t => t.En);
    public static readonly ReportTexts Spanish = new("es", t => t.Es);

    readonly Func<(string En, string Es), string> pick;

    ReportTexts(string language, Func<(string En, string Es), string> pick) => (Language, this.pick) = (language, pick);

    public string Language { get; }

    /// <summary>A key that is unknown is told as it is: a state that came later.</summary>
    public string this[string key] => All.TryGetValue(key, out var text) ? pick(text) : key;

    /// <summary>The language asked for; otherwise the first of <c>Accept-Language</c> that there is; otherwise English.</summary>
    public static ReportTexts Of(string? asked, string acceptLanguage)
    {
        if (asked is not null)
            return asked == "es" ? Spanish : English;
        foreach (var part in acceptLanguage.Split(',', StringSplitOptions.TrimEntries))
            if (part.StartsWith("es", StringComparison.OrdinalIgnoreCase))
                return Spanish;
            else if (part.StartsWith("en", StringComparison.OrdinalIgnoreCase))
                return English;
        return English;
    }
}
