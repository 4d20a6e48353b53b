namespace LT2.Eval.Models.Runtime;

/// <summary>One capability that was tried.</summary>
/// <param name="Name">What.</param>
/// <param name="Passed">Whether it gave the right answer.</param>
/// <param name="Required">Whether nothing works without it.</param>
/// <param name="Detail">What was seen.</param>
/// <param name="Cost">What its absence costs; null where it passed.</param>
/// <param name="Remedy">What to do about it; null where it passed, or where nothing can be done.</param>
public sealed record DeviceCheck(string Name, bool Passed, bool Required, string Detail, string? Cost = null, string? Remedy = null);
