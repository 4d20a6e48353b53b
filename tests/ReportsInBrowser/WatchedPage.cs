using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace LT2.Eval.ReportsInBrowser.Tests;

/// <summary>A page with a list of everything that should not happen on it.</summary>
public sealed class WatchedPage : IAsyncDisposable
{
    private readonly IBrowserContext context;
    private readonly ConcurrentQueue<string> faults = new();

    public WatchedPage(IPage page, IBrowserContext context)
    {
        Page = page;
        this.context = context;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                faults.Enqueue($"console {message.Type}: {message.Text}");
            }
        };
        page.PageError += (_, error) => faults.Enqueue("script error: " + error);
        page.RequestFailed += (_, request) => faults.Enqueue("failed request: " + request.Url);
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith("file://", StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal))
            {
                faults.Enqueue("network request: " + request.Url);
            }
        };
        page.Dialog += (_, dialog) =>
        {
            faults.Enqueue("dialog: " + dialog.Message);
            _ = dialog.DismissAsync();
        };
    }

    public IPage Page { get; }

    /// <summary>Faults so far.</summary>
    public IReadOnlyCollection<string> Faults => faults;

    public async Task GoToAsync(string file, string? fragment = null, bool hasScript = true)
    {
        await Page.GotoAsync(new Uri(file).AbsoluteUri + (fragment is null ? "" : "#" + fragment));
        if (hasScript)
        {
            await Page.WaitForFunctionAsync("() => window.lt2Eval !== undefined");
        }
    }

    /// <summary>Draws every chart and waits for the last one.</summary>
    public async Task DrawAllAsync() => await Page.EvaluateAsync("() => window.lt2Eval.drawAll()");

    public ValueTask DisposeAsync() => context.DisposeAsync();
}
