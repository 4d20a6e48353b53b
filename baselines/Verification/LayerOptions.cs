using System.Globalization;

namespace LT2.Eval.Models.Verification;

/// <summary>Collects the options of a mixer from the arguments of an FLA layer.</summary>
internal sealed class LayerOptions(LayerArguments arguments)
{
    private readonly Dictionary<string, string> options = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, string> Options => options;

    public LayerOptions Integer(string argument, string option, int? fallback) => Set(option, arguments.Integer(argument, fallback)?.ToString(CultureInfo.InvariantCulture));

    public LayerOptions Real(string argument, string option, double? fallback) => Set(option, arguments.Real(argument, fallback)?.ToString("R", CultureInfo.InvariantCulture));

    public LayerOptions Switch(string argument, string option, bool fallback) => Set(option, arguments.Switch(argument, fallback) ? "true" : "false");

    public LayerOptions Word(string argument, string option, string? fallback, string? none = null) => Set(option, arguments.Word(argument, fallback) ?? none);

    /// <summary><c>use_short_conv</c>, <c>conv_size</c> and <c>conv_bias</c>.</summary>
    public LayerOptions Convolution(bool used)
    {
        var size = arguments.Integer("conv_size", 4) ?? 4;
        Set("shortConvolution", (arguments.Switch("use_short_conv", used) ? size : 0).ToString(CultureInfo.InvariantCulture));
        return Switch("conv_bias", "convolutionBias", false);
    }

    /// <summary>An argument that sizes tables of FLA and changes no result.</summary>
    public LayerOptions Unneeded(string argument)
    {
        arguments.Ignore([argument]);
        return this;
    }

    public LayerOptions Set(string option, string? value)
    {
        if (value is not null)
        {
            options[option] = value;
        }
        return this;
    }
}
