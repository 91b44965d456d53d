namespace Dvt.Tests.Support;

/// <summary>Small plans, one for each way a run can move.</summary>
static class TestPlans
{
    public const string Inline = """
        {"planId":"inline","version":"1.0.0","steps":[{"stepId":"a","kind":"noop"},{"stepId":"b","kind":"noop"},{"stepId":"c","kind":"noop"}]}
        """;

    /// <summary>Two queue hops side by side, then a join.</summary>
    public const string Echo = """
        {"planId":"echo","version":"1.0.0","steps":[
          {"stepId":"l","kind":"echo","with":{"n":1},"dependsOn":[]},
          {"stepId":"r","kind":"echo","with":{"n":2},"dependsOn":[]},
          {"stepId":"join","kind":"transform","with":{"sum":"${steps.l.result.n + steps.r.result.n}"},"dependsOn":["l","r"]}]}
        """;

    public const string Waits = """
        {"planId":"waits","version":"1.0.0","steps":[{"stepId":"w","kind":"wait","with":{"duration":"PT1S"}},{"stepId":"z","kind":"noop"}]}
        """;

    /// <summary>Takes five external signals, one after the other.</summary>
    public const string Signals = """
        {"planId":"signals","version":"1.0.0","steps":[
          {"stepId":"s1","kind":"wait","with":{"signal":"go"}},{"stepId":"s2","kind":"wait","with":{"signal":"go"}},
          {"stepId":"s3","kind":"wait","with":{"signal":"go"}},{"stepId":"s4","kind":"wait","with":{"signal":"go"}},
          {"stepId":"s5","kind":"wait","with":{"signal":"go"}}],
         "output":["${steps.s1.result.n}","${steps.s2.result.n}","${steps.s3.result.n}","${steps.s4.result.n}","${steps.s5.result.n}"]}
        """;

    /// <summary>Calls the sandbox, which takes so long to answer.</summary>
    public static string Http(Uri sandbox, int milliseconds) => $$"""
        {"planId":"http","version":"1.0.0","steps":[
          {"stepId":"call","kind":"http","with":{"method":"POST","url":"{{sandbox}}http/delay/{{milliseconds}}","body":{"n":1} } },
          {"stepId":"after","kind":"noop"}]}
        """;
}
