namespace Dvt.Engine.Plans;

/// <summary>The kinds that every process registers: those of the engine, and those of the domains.</summary>
public static class DomainKinds
{
    public static StepKinds All { get; } = StepKinds.BuiltIn.With([.. BookingKinds.All, MessageSendKind.Kind]);
}
