namespace LT2.Eval.Tasks.Contracts;

/// <summary>What an assembly of suites exports: one public class with a parameterless constructor that lists them.</summary>
public interface ISuitePlugin
{
    /// <summary>The suites it brings.</summary>
    IReadOnlyList<ISuite> Suites { get; }
}
