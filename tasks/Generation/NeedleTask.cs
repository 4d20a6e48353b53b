namespace LT2.Eval.Tasks.Generation;

/// <summary>What surrounds the needles.</summary>
internal enum Haystack
{
    /// <summary>One fixed line, repeated.</summary>
    Repeat,

    /// <summary>Sentences of a real text.</summary>
    Essay,

    /// <summary>Other needles.</summary>
    Needles,
}

/// <summary>What a needle's key or value is made of.</summary>
internal enum NeedleMaterial
{
    /// <summary>An adjective and a noun.</summary>
    Words,

    /// <summary>Seven digits.</summary>
    Number,

    /// <summary>A random UUID.</summary>
    Uuid,
}

/// <summary>One of RULER's needle tasks.</summary>
/// <param name="Id">Its name there.</param>
/// <param name="Haystack">What surrounds the needles.</param>
/// <param name="Key">Material of keys.</param>
/// <param name="Value">Material of values.</param>
/// <param name="Keys">Different keys hidden.</param>
/// <param name="ValuesPerKey">Values for each key.</param>
/// <param name="AskedKeys">Keys asked for.</param>
internal sealed record NeedleTask(string Id, Haystack Haystack, NeedleMaterial Key, NeedleMaterial Value, int Keys = 1, int ValuesPerKey = 1, int AskedKeys = 1)
{
    /// <summary>The tasks, by name.</summary>
    public static IReadOnlyList<NeedleTask> All { get; } =
    [
        new("niah_single_1", Haystack.Repeat, NeedleMaterial.Words, NeedleMaterial.Number),
        new("niah_single_2", Haystack.Essay, NeedleMaterial.Words, NeedleMaterial.Number),
        new("niah_single_3", Haystack.Essay, NeedleMaterial.Words, NeedleMaterial.Uuid),
        new("niah_multikey_1", Haystack.Essay, NeedleMaterial.Words, NeedleMaterial.Number, Keys: 4),
        new("niah_multikey_2", Haystack.Needles, NeedleMaterial.Words, NeedleMaterial.Number),
        new("niah_multikey_3", Haystack.Needles, NeedleMaterial.Uuid, NeedleMaterial.Uuid),
        new("niah_multivalue", Haystack.Essay, NeedleMaterial.Words, NeedleMaterial.Number, ValuesPerKey: 4),
        new("niah_multiquery", Haystack.Essay, NeedleMaterial.Words, NeedleMaterial.Number, Keys: 4, AskedKeys: 4),
    ];
}
