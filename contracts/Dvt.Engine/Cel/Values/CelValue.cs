using System.Text.Json;

namespace Dvt.Engine.Cel;

/// <summary>
/// A value of the language. Numbers, booleans and times need no allocation; JSON objects and arrays are wrapped, not copied,
/// and live as long as their document.
/// </summary>
public readonly partial struct CelValue
{
    readonly object? reference;
    readonly long bits;
    readonly int nanos;

    CelValue(CelKind kind, long bits = 0, object? reference = null, int nanos = 0)
    {
        Kind = kind;
        this.bits = bits;
        this.reference = reference;
        this.nanos = nanos;
    }

    public CelKind Kind { get; }
    public bool IsNull => Kind == CelKind.Null;

    public static CelValue Null => default;
    public static CelValue True { get; } = new(CelKind.Bool, 1);
    public static CelValue False { get; } = new(CelKind.Bool);

    public static CelValue Of(bool value) => value ? True : False;
    public static CelValue Of(long value) => new(CelKind.Int, value);
    public static CelValue Of(ulong value) => new(CelKind.Uint, unchecked((long)value));
    public static CelValue Of(double value) => new(CelKind.Double, BitConverter.DoubleToInt64Bits(value));
    public static CelValue Of(string value) => new(CelKind.String, reference: value);
    public static CelValue Of(byte[] value) => new(CelKind.Bytes, reference: value);

    /// <summary>A map over `members`, which is read on demand and not copied; it must not change while it is in use.</summary>
    public static CelValue FromMembers(IReadOnlyDictionary<string, CelValue> members) => Of(new MemberMap(members));

    internal static CelValue Of(CelList value) => new(CelKind.List, reference: value);
    internal static CelValue Of(CelMap value) => new(CelKind.Map, reference: value);
    internal static CelValue OfType(string name) => new(CelKind.Type, reference: name);
    internal static CelValue OfNanoseconds(long value) => new(CelKind.Duration, value);
    internal static CelValue OfTime(long seconds, int nanos) => new(CelKind.Timestamp, seconds, nanos: nanos);
    internal static CelValue Optional(CelValue value) => new(CelKind.Optional, reference: new CelOptional(value));
    internal static CelValue None { get; } = new(CelKind.Optional);
    internal static CelValue Error(string message) => new(CelKind.Error, reference: message);

    internal bool IsError => Kind == CelKind.Error;
    internal bool IsTrue => Kind == CelKind.Bool && bits != 0;
    internal bool IsFalse => Kind == CelKind.Bool && bits == 0;
    internal bool IsNumber => Kind is CelKind.Int or CelKind.Uint or CelKind.Double;
    internal bool IsNone => Kind == CelKind.Optional && reference is null;

    public bool AsBool() => Is(CelKind.Bool) && bits != 0;
    public long AsInt() => Is(CelKind.Int) ? bits : 0;
    public ulong AsUint() => Is(CelKind.Uint) ? unchecked((ulong)bits) : 0;
    public double AsDouble() => Is(CelKind.Double) ? BitConverter.Int64BitsToDouble(bits) : 0;
    public string AsString() => Is(CelKind.String) ? (string)reference! : "";
    public ReadOnlyMemory<byte> AsBytes() => Is(CelKind.Bytes) ? (byte[])reference! : [];

    internal byte[] Bytes => (byte[])reference!;
    internal CelList List => (CelList)reference!;
    internal CelMap Map => (CelMap)reference!;
    internal string Name => (string)reference!;
    internal string Message => (string)reference!;
    internal long Nanoseconds => bits;
    internal long Seconds => bits;
    internal int Nanos => nanos;
    internal CelValue Inner => ((CelOptional)reference!).Value;

    /// <summary>The name `type()` gives.</summary>
    public string TypeName => Kind switch
    {
        CelKind.Null => "null_type",
        CelKind.Bool => "bool",
        CelKind.Int => "int",
        CelKind.Uint => "uint",
        CelKind.Double => "double",
        CelKind.String => "string",
        CelKind.Bytes => "bytes",
        CelKind.List => "list",
        CelKind.Map => "map",
        CelKind.Type => "type",
        CelKind.Timestamp => "google.protobuf.Timestamp",
        CelKind.Duration => "google.protobuf.Duration",
        CelKind.Optional => "optional_type",
        _ => "error",
    };

    /// <summary>How much there is of it, in units of 16 characters or one small value; a shared part counts each time.</summary>
    internal long Weight => Kind switch
    {
        CelKind.String => 1 + Name.Length / 16,
        CelKind.Bytes => 1 + Bytes.Length / 16,
        CelKind.List => List.Weight,
        CelKind.Map => Map.Weight,
        CelKind.Optional when !IsNone => 1 + Inner.Weight,
        _ => 1,
    };

    internal int Depth => Kind switch
    {
        CelKind.List => List.Depth,
        CelKind.Map => Map.Depth,
        CelKind.Optional when !IsNone => 1 + Inner.Depth,
        _ => 0,
    };

    internal bool IsZero => Kind switch
    {
        CelKind.Null => true,
        CelKind.Bool or CelKind.Int or CelKind.Uint or CelKind.Duration => bits == 0,
        CelKind.Timestamp => bits == 0 && nanos == 0,
        CelKind.Double => AsDouble() == 0,
        CelKind.String => Name.Length == 0,
        CelKind.Bytes => Bytes.Length == 0,
        CelKind.List => List.Count == 0,
        CelKind.Map => Map.Count == 0,
        CelKind.Optional => IsNone,
        _ => false,
    };

    /// <summary>For messages, which must not grow with what they tell of.</summary>
    internal string Brief
    {
        get
        {
            const int MaxLength = 64;
            return Kind is CelKind.List or CelKind.Map or CelKind.Optional or CelKind.Bytes ? TypeName
                : Kind != CelKind.String || Name.Length <= MaxLength ? ToString()
                : Name[..MaxLength] + "…";
        }
    }

    public override string ToString() => Kind == CelKind.Error ? Message : ToDisplayText();

    bool Is(CelKind kind) => Kind == kind
        ? true
        : throw new CelEvaluationException($"expected {new CelValue(kind).TypeName}, got {TypeName}");

    sealed class CelOptional(CelValue value)
    {
        public CelValue Value { get; } = value;
    }
}
