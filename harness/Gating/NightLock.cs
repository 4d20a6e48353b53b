using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;

namespace LT2.Eval.Harness.Gating;

/// <summary>Held from a night's run to its report, so that two nights cannot overlap; the operating system gives it back however the program ends.</summary>
internal static class NightLock
{
    /// <summary>Takes it.</summary>
    /// <exception cref="PlanException">Another night holds it, or the folder cannot be written.</exception>
    public static IDisposable Take(string outputRoot)
    {
        var path = Path.Combine(RunFolder.RunsIn(outputRoot), ".nightly.lock");
        try
        {
            Directory.CreateDirectory(RunFolder.RunsIn(outputRoot));
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new PlanException($"The night's lock '{path}' cannot be written: {error.Message} Choose another folder with --out DIR.");
        }
        catch (IOException error)
        {
            throw new PlanException($"Another night is under way in '{outputRoot}' ({error.Message}) This one was not started; wait for the other to end.");
        }
    }
}
