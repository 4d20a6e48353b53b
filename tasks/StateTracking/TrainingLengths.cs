using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.StateTracking;

/// <summary>
/// Lengths of a case's samples. Training samples have a uniform length from <paramref name="Minimum"/> to <paramref name="Maximum"/>;
/// validation and test samples always have <paramref name="Maximum"/>, so that a case's score is that of one length.
/// </summary>
public sealed record TrainingLengths(int Minimum, int Maximum)
{
    /// <summary>Reads the parameters <c>length</c> and <c>minimumLength</c>.</summary>
    public static TrainingLengths From(CaseOptions options) => new(options.Integer("minimumLength"), options.Integer("length"));

    /// <summary>Notes a minimum above the length.</summary>
    public static void Check(CaseOptions options) => options.Require(
        options.Integer("minimumLength") <= options.Integer("length"),
        $"minimumLength is {options.Integer("minimumLength")}, above length {options.Integer("length")}. Training lengths run from minimumLength to length.",
        "minimumLength", "length");

    /// <summary>The length of one sample.</summary>
    /// <param name="random">The sample's draws.</param>
    /// <param name="split">Its split.</param>
    /// <param name="step">Lengths are <see cref="Maximum"/> minus a multiple of this.</param>
    public int Draw(SampleRandom random, SampleSplit split, int step = 1) =>
        split == SampleSplit.Train && Minimum < Maximum ? Maximum - step * random.Below((Maximum - Minimum) / step + 1) : Maximum;
}
