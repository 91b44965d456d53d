namespace Dvt.Engine.Cel;

delegate CelValue Body(CelValue[] arguments, Evaluation evaluation);

/// <summary>What a function or operator takes and gives. `Rest`: the last parameter may repeat.</summary>
sealed record Signature(CelType Result, CelType[] Parameters, bool Rest = false)
{
    /// <summary>The type of a call with arguments of these types, or null where it cannot be called.</summary>
    public CelType? Call(CelType[] given)
    {
        if (Rest ? given.Length < Parameters.Length : given.Length != Parameters.Length)
            return null;
        var open = new Dictionary<string, CelType>();
        for (var place = 0; place < given.Length; place++)
            if (!Parameters[Math.Min(place, Parameters.Length - 1)].Accepts(given[place], open))
                return null;
        return Result.Close(open);
    }

    public static CelType? Call(IEnumerable<Signature> signatures, CelType[] given)
    {
        CelType? result = null;
        foreach (var signature in signatures)
            if (signature.Call(given) is { } type)
                result = result is null ? type : result.Join(type);
        return result;
    }
}

/// <summary>A function by its name (`size`, `.size` after a value, `math.abs` in a namespace), its signature and what it does.</summary>
sealed class Overload(string name, CelType result, CelType[] parameters, Body body, bool rest = false)
{
    readonly string?[] names = [.. parameters.Select(parameter => parameter.ValueTypeName)];

    public string Name => name;
    public Signature Signature { get; } = new(result, parameters, rest);
    public Body Body => body;

    public bool Fits(CelValue[] values)
    {
        if (rest ? values.Length < names.Length : values.Length != names.Length)
            return false;
        for (var place = 0; place < names.Length; place++)
            if (names[place] is { } expected && expected != values[place].TypeName)
                return false;
        return true;
    }
}
