using LT2.Eval.Harness.Gating;
using LT2.Eval.Results.Gating;

namespace LT2.Eval.Harness.Tests.Gating;

public sealed class NotificationTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>Several times what a pipe holds.</summary>
    private readonly string report = new('x', 200 * 1024);
    private readonly string folder = Directory.CreateTempSubdirectory("lt2-notify-").FullName;
    private readonly List<string> messages = [];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_command_that_neither_reads_nor_ends_is_ended_whatever_the_length_of_the_report()
    {
        Send("sleep 20", TimeSpan.FromMilliseconds(200));

        Assert.Contains("was still running after 0.2 s", Assert.Single(messages), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("true", null)]
    [InlineData("exit 3", "exit code 3")]
    public void A_command_that_does_not_read_may_end_as_it_likes(string command, string? message)
    {
        Send(command, Minute);

        Assert.Equal(message is null ? 0 : 1, messages.Count);
        Assert.All(messages, line => Assert.Contains(message!, line, StringComparison.Ordinal));
    }

    [Fact]
    public void A_command_that_reads_has_the_whole_report()
    {
        var path = Path.Combine(folder, "read");
        Send($"cat > '{path}'", Minute);

        Assert.Empty(messages);
        Assert.Equal(report, File.ReadAllText(path));
    }

    private void Send(string command, TimeSpan patience) => Notification.Send(command, GateVerdict.Inconclusive, "summary", "run", report, messages.Add, patience);
}
