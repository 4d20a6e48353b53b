using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>
/// Long sequences in segments that hand the state on: the result is the same, and what a chunkwise form holds at once (for a vector decay a c×c×Dk block a tile) no longer
/// grows with the length.
/// </summary>
internal static class TimeSegments
{
    /// <summary>Tokens a segment; a multiple of every usual chunk length.</summary>
    public const long Length = 4096;

    /// <summary>Runs the operator on <c>(start, length, state)</c> for each segment in order.</summary>
    public static RecurrentOutput Run(long length, Tensor? initialState, Func<long, long, Tensor?, RecurrentOutput> segment)
    {
        var outputs = new List<Tensor>();
        var state = initialState;
        for (var start = 0L; start < length; start += Length)
        {
            var result = segment(start, Math.Min(Length, length - start), state);
            outputs.Add(result.Output);
            if (state is not null && !ReferenceEquals(state, initialState))
            {
                state.Dispose();
            }
            state = result.FinalState;
        }
        var whole = cat(outputs, 1);
        outputs.ForEach(output => output.Dispose());
        return new RecurrentOutput(whole, state!);
    }
}
