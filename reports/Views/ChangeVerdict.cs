namespace LT2.Eval.Reports.Views;

/// <summary>What a comparison of one series says.</summary>
public enum ChangeVerdict
{
    /// <summary>Worse by more than the floor, and surely so.</summary>
    Regressed,

    /// <summary>Neither surely changed nor surely within the floor.</summary>
    Inconclusive,

    /// <summary>Better by more than the floor, and surely so.</summary>
    Improved,

    /// <summary>Surely within the floor.</summary>
    Equivalent,
}
