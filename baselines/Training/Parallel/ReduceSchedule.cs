namespace LT2.Eval.Models.Training.Parallel;

/// <summary>When gradients are summed over processes.</summary>
public enum ReduceSchedule
{
    /// <summary>In one piece, after the backward pass: the model's gradients lie in one tensor.</summary>
    AfterBackward,

    /// <summary>
    /// A layer at a time, while the last backward pass through the loop still runs. A shared weight gets gradient in every loop, so a layer's is whole when backward
    /// leaves it in the first loop, the last that it comes to.
    /// </summary>
    DuringBackward,
}
