using System.Globalization;
using System.Numerics;

namespace LT2.Eval.Tasks.StateTracking;

/// <summary>Slices that show accuracy against the index: bins that double, since difficulty grows with the number of updates.</summary>
public static class IndexSlices
{
    /// <summary>Names the bin of a label: <c>index 1</c>, <c>index 2</c>, <c>index 3-4</c>, <c>index 5-8</c>, …</summary>
    /// <param name="ordinal">The label's place in the sequence; 0 is the first.</param>
    public static string Name(int ordinal)
    {
        int index = ordinal + 1;
        if (index <= 2) return string.Create(CultureInfo.InvariantCulture, $"index {index}");
        int last = (int)BitOperations.RoundUpToPowerOf2((uint)index);
        return string.Create(CultureInfo.InvariantCulture, $"index {last / 2 + 1}-{last}");
    }
}
