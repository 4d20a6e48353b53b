namespace LT2.Eval.Harness.Cluster.Estimates;

/// <summary>Where an estimate comes from.</summary>
public enum EstimateSource
{
    /// <summary>The same cell was carried out before.</summary>
    Measured,

    /// <summary>Scaled from cells of the same kind by their operations.</summary>
    Scaled,

    /// <summary>The plan says how long it lasts.</summary>
    Planned,

    /// <summary>Nothing of the kind was ever measured here: an assumed rate.</summary>
    Assumed,
}

/// <summary>How long a cell will probably take.</summary>
/// <param name="Seconds">Wall time on one device.</param>
/// <param name="Source">How that is known.</param>
public sealed record CellTime(double Seconds, EstimateSource Source);
