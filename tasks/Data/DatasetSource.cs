namespace LT2.Eval.Tasks.Data;

/// <summary>Where a data set comes from.</summary>
public abstract record DatasetSource
{
    /// <summary>The source as <c>lt2 data list</c> prints it.</summary>
    public abstract string Label { get; }
}
