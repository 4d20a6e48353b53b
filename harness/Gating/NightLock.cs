using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;

namespace LT2.Eval.Harness.Gating;

/// <summary>Held from a night's run to its report, so that two nights cannot overlap; the operating system gives it back however the program ends.</summary>
internal static class NightLock
{
    /// <summary>Takes it.</summary>
    /// <exception cref="PlanException">Another night holds it, or the folder cannot be written.</exception>
    public static IDisposable Take(string outputRoot) => FolderLock.Take(
        RunFolder.RunsIn(outputRoot), ".nightly.lock", $"Another night is under way in '{outputRoot}'", "This one was not started; wait for the other to end.");
}
