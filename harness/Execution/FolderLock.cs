using LT2.Eval.Harness.Plans;

namespace LT2.Eval.Harness.Execution;

/// <summary>A file that one program at a time holds open; the operating system gives it back however the program ends.</summary>
internal static class FolderLock
{
    /// <summary>Makes the folder and takes the file in it.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">The file's name.</param>
    /// <param name="holder">Who else may hold it, as a sentence begins: <c>Another run is using '…'</c>.</param>
    /// <param name="advice">What to do then.</param>
    /// <exception cref="PlanException">Another program holds it, or the folder cannot be written.</exception>
    public static FileStream Take(string folder, string name, string holder, string advice)
    {
        var path = Path.Combine(folder, name);
        try
        {
            Directory.CreateDirectory(folder);
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (IsHeld(path))
        {
            throw new PlanException($"{holder} ({error.Message}) {advice}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PlanException($"The folder '{folder}' cannot be written: {error.Message} Choose another with --out DIR.");
        }
    }

    // Where the folder merely cannot be written, the file can still be read.
    private static bool IsHeld(string path)
    {
        try
        {
            using var probe = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
