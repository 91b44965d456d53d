namespace Dvt.Engine.Cel;

/// <summary>What a value is. `Error` never leaves an evaluation.</summary>
public enum CelKind : byte
{
    Null,
    Bool,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    List,
    Map,
    Type,
    Timestamp,
    Duration,
    Optional,
    Error,
}
