using System.Reflection;
using System.Text;
using Plotly.NET;

namespace LT2.Eval.Reports.Rendering;

/// <summary>Files shipped once beside the pages.</summary>
internal static class EmbeddedAssets
{
    /// <summary>Name of plotly.js in the site.</summary>
    public const string PlotlyFile = "assets/plotly.min.js";

    /// <summary>The style sheet.</summary>
    public static string Style => Text(typeof(EmbeddedAssets).Assembly, "Assets/site.css");

    /// <summary>Draws the charts.</summary>
    public static string ChartScript => Text(typeof(EmbeddedAssets).Assembly, "Assets/charts.js");

    /// <summary>Filters and sample lists.</summary>
    public static string SiteScript => Text(typeof(EmbeddedAssets).Assembly, "Assets/site.js");

    /// <summary>plotly.js as it is embedded in Plotly.NET, whatever its version.</summary>
    public static string Plotly => Text(typeof(Chart).Assembly, PlotlyResource(".min.js"));

    /// <summary>Its licence.</summary>
    public static string PlotlyLicence => Text(typeof(Chart).Assembly, PlotlyResource(".LICENSE.txt"));

    private static string PlotlyResource(string ending) =>
        typeof(Chart).Assembly.GetManifestResourceNames().Single(name => name.Contains("plotly-", StringComparison.Ordinal) && name.EndsWith(ending, StringComparison.Ordinal));

    private static string Text(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"The assembly lacks its resource {name}.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
