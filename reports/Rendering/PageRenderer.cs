using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace LT2.Eval.Reports.Rendering;

/// <summary>Renders Razor components to text. Text that is not markup is escaped by the renderer.</summary>
internal static class PageRenderer
{
    /// <summary>The text of a component.</summary>
    /// <param name="component">Its type.</param>
    /// <param name="parameters">Its parameters.</param>
    public static async Task<string> RenderAsync(Type component, IReadOnlyDictionary<string, object?> parameters)
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        // One renderer a page: a renderer keeps the tree of everything it has rendered.
        await using var renderer = new HtmlRenderer(services, NullLoggerFactory.Instance);
        return await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var root = await renderer.RenderComponentAsync(component, ParameterView.FromDictionary(parameters.ToDictionary()));
            using var writer = new StringWriter { NewLine = "\n" };
            root.WriteHtmlTo(writer);
            return writer.ToString().ReplaceLineEndings("\n");
        });
    }

    /// <summary>A page's component with its parameters, to stand inside a shell.</summary>
    public static RenderFragment Content(PageContext context) => builder =>
    {
        builder.OpenComponent(0, context.Page.Component);
        builder.AddComponentParameter(1, "Context", context);
        foreach (var (name, value) in context.Page.Parameters.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            builder.AddComponentParameter(2, name, value);
        }
        builder.CloseComponent();
    };
}
