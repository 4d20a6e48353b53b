using LT2.Eval.Results.Gating.Simulation;

namespace LT2.Eval.Results.Tests.Gating;

/// <summary>Few repetitions of the simulation whose table stands in <c>results/README.md</c>; LT2_GATE_TABLE=REPETITIONS prints the whole table.</summary>
public sealed class GateSimulationTests
{
    [Fact]
    public async Task Thirty_quiet_nights_at_two_percent_noise_have_at_most_one_false_block()
    {
        var quiet = await GateSimulation.QuietAsync(sigma: 0.02, repetitions: 4, seriesCount: 60, seed: 2026);

        Assert.True(quiet.MostInOneMonth <= 1, $"{quiet}");
        Assert.True(quiet.ConfirmationsPerNight < 60 / 4.0, $"{quiet}");
    }

    [Fact]
    public async Task Five_percent_at_two_percent_noise_is_caught_within_seven_nights()
    {
        var caught = await GateSimulation.CaughtAsync(sigma: 0.02, slowdown: 0.05, repetitions: 20, seriesCount: 60, seed: 2027);

        Assert.True(caught[2] >= 0.98, $"caught within 1, 3, 7 nights: {string.Join(", ", caught)}");
        Assert.True(caught[0] < caught[1] && caught[1] <= caught[2]);
    }

    [Fact]
    public async Task The_documented_table_is_printed()
    {
        var repetitions = int.Parse(Environment.GetEnvironmentVariable("LT2_GATE_TABLE") ?? "1", System.Globalization.CultureInfo.InvariantCulture);

        var table = await GateSimulation.TableAsync(repetitions, seriesCount: repetitions == 1 ? 10 : 60, seed: 1);

        TestContext.Current.TestOutputHelper?.WriteLine(table);
        if (repetitions > 1)
            await File.WriteAllTextAsync(Path.Combine(Path.GetTempPath(), "lt2-gate-table.md"), table, TestContext.Current.CancellationToken);
        Assert.Equal(5, table.TrimEnd().Split('\n').Length);
    }
}
