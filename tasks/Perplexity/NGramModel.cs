namespace LT2.Eval.Tasks.Perplexity;

/// <summary>
/// An n-gram model over bytes with interpolated Witten–Bell smoothing (Witten and Bell, IEEE Trans. Information Theory 37, 1991):
/// p(b | h) = (c(h b) + t(h) · p(b | h′)) / (c(h) + t(h)), where c counts, t(h) is the number of distinct bytes seen after h and
/// h′ drops h's first byte; below the empty context stands the uniform 1/256.
/// </summary>
/// <remarks>The context ends at the document's beginning. Orders up to 7: context and byte share a 64-bit key with the length.</remarks>
public sealed class NGramModel
{
    /// <summary>Largest order.</summary>
    public const int LargestOrder = 7;

    private readonly Dictionary<ulong, int> grams = [];
    private readonly Dictionary<ulong, ContextCount> contexts = [];

    private NGramModel(int order) => Order = order;

    /// <summary>Context bytes + 1.</summary>
    public int Order { get; }

    /// <summary>Counts training documents.</summary>
    /// <param name="order">1 (no context) to <see cref="LargestOrder"/>.</param>
    /// <param name="documents">UTF-8 texts.</param>
    public static NGramModel Train(int order, IEnumerable<byte[]> documents)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(order, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order, LargestOrder);
        var model = new NGramModel(order);
        foreach (var document in documents)
        {
            for (var i = 0; i < document.Length; i++)
            {
                for (var length = 0; length < order && length <= i; length++)
                {
                    model.Count(document.AsSpan(i - length, length), document[i]);
                }
            }
        }

        return model;
    }

    /// <summary>Bits lost on a document by the model cut to each order up to its own; entry k is order k + 1.</summary>
    public double[] BitsByOrder(ReadOnlySpan<byte> document)
    {
        var bits = new double[Order];
        for (var i = 0; i < document.Length; i++)
        {
            var probability = 1.0 / 256;
            for (var length = 0; length < Order; length++)
            {
                if (length <= i)
                {
                    probability = Interpolate(document.Slice(i - length, length), document[i], probability);
                }

                bits[length] -= Math.Log2(probability);
            }
        }

        return bits;
    }

    private static ulong KeyOf(ReadOnlySpan<byte> context)
    {
        var key = 1UL; // a leading one keeps contexts of different lengths apart
        foreach (var value in context)
        {
            key = (key << 8) | value;
        }

        return key;
    }

    private double Interpolate(ReadOnlySpan<byte> context, byte next, double lower)
    {
        var key = KeyOf(context);
        if (!contexts.TryGetValue(key, out var count))
        {
            return lower;
        }

        return (grams.GetValueOrDefault((key << 8) | next) + (count.Distinct * lower)) / (count.Total + count.Distinct);
    }

    private void Count(ReadOnlySpan<byte> context, byte next)
    {
        var key = KeyOf(context);
        ref var gram = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(grams, (key << 8) | next, out _);
        ref var count = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(contexts, key, out _);
        gram++;
        count = new ContextCount(count.Total + 1, count.Distinct + (gram == 1 ? 1 : 0));
    }

    private readonly record struct ContextCount(int Total, int Distinct);
}
