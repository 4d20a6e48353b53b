namespace LT2.Eval.Models.Verification;

/// <summary>The verdict on one golden case.</summary>
/// <param name="Source">File the case is from.</param>
/// <param name="Mixer">Operator or layer class that was run.</param>
/// <param name="Name">The case's name.</param>
/// <param name="Passed">Whether every output of every form is within the tolerance.</param>
/// <param name="LargestAbsoluteError">Over all outputs and forms; null where nothing was compared.</param>
/// <param name="LargestRelativeError">Largest over outputs and forms of the absolute error divided by the largest expected magnitude of that output.</param>
/// <param name="Tolerance">Bound on the relative error.</param>
/// <param name="ToleranceReason">Why the bound is looser than the dtype's own, or rows were left out; null otherwise.</param>
/// <param name="Worst">The output and form with the largest relative error.</param>
/// <param name="Message">Why it failed, or null.</param>
public sealed record CaseVerdict(
    string Source, string Mixer, string Name, bool Passed, double? LargestAbsoluteError, double? LargestRelativeError,
    double Tolerance, string? ToleranceReason, string? Worst, string? Message)
{
    /// <summary>A case that could not be run.</summary>
    public static CaseVerdict NotRun(string source, string mixer, string name, string message)
        => new(source, mixer, name, false, null, null, 0, null, null, message);

    /// <summary>Why a case could not be run. libtorch appends its own stack after the first line.</summary>
    internal static string Reason(Exception error)
        => "the case can't be run: " + (error is ModelException ? error.Message : error.Message.Split('\n')[0].TrimEnd());
}
