namespace LT2.Eval.Models.Mixers;

/// <summary>One option a variant file may give a mixer.</summary>
/// <param name="Name">camelCase, units in the name.</param>
/// <param name="Default">As it would be written in the file; <c>auto</c> where it follows from width and heads.</param>
/// <param name="Summary">One line.</param>
/// <param name="ChangesWeights">False for options that leave the parameters as they are (window, chunk length): slots that differ only in these share weights.</param>
public sealed record MixerOption(string Name, string Default, string Summary, bool ChangesWeights = true)
{
    /// <summary>Of mixers that norm their output: see <see cref="MixerSettings.OutputNormEpsilon"/>.</summary>
    public static MixerOption NormEpsilon { get; } = new("normEpsilon", "auto", "ε of the output norm; auto: the model's", ChangesWeights: false);
}
