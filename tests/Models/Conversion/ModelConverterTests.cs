using LT2.Eval.Models.Conversion.Distillation;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Training;
using TorchSharp;

namespace LT2.Eval.Models.Tests.Conversion;

public sealed class ModelConverterTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("lt2-models-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static ConversionStage Stage(int steps, double rate) => new() { Tokens = steps * 16 * 8, SequenceLength = 16, BatchSize = 8, LearningRate = rate };

    static DistillationStage Logits(int steps, double rate, int length = 16, double crossEntropy = 0, double everyLoopShare = 0.5) => new()
    {
        Tokens = steps * length * 8, SequenceLength = length, BatchSize = 8, LearningRate = rate, TopK = 8, CrossEntropyWeight = crossEntropy, EveryLoopShare = everyLoopShare,
    };

    static ConversionRecipe Recipe(string layers = "list:gdn,full,gdn") => new()
    {
        Name = "test", Layers = layers, MixerOptions = new SortedDictionary<string, string> { ["chunkLength"] = "8" },
        Alignment = Stage(12, 0.01), Distillation = Logits(12, 0.005), LongContext = Logits(2, 0.001, 32, 0.5), ExitGate = Stage(3, 0.01),
    };

    static ConversionResult Convert(LoopedModel teacher, ConversionRecipe recipe, string? state = null, string? cache = null, CancellationTokenSource? stop = null, Action<string>? seen = null) =>
        new ModelConverter(teacher, recipe, (_, stage, validation) => new Teachers.Words(stage.SequenceLength, stage.BatchSize, validation ? 10_000 : 0), new ConversionOptions
        {
            VariantId = "student@micro", StateFolder = state, TeacherCacheFolder = cache, DataIdentity = "words", CheckpointEverySteps = 5, LogEverySteps = 1, CancellationToken = stop?.Token ?? CancellationToken.None,
            Progress = (name, _, _) => seen?.Invoke(name),
        }).Convert();

    /// <summary>Mean KL(teacher ‖ student) after the last loop, over whole distributions.</summary>
    static double Divergence(LoopedModel teacher, LoopedModel student)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        using var batch = new Teachers.Words(24, 16, 20_000).GetBatch(0);
        int[] last = [teacher.Definition.LoopCount];
        var p = teacher.ForwardReadouts(batch.InputIds, last)[0].log_softmax(-1);
        var q = student.ForwardReadouts(batch.InputIds, last)[0].log_softmax(-1);
        return p.exp().mul(p.sub(q)).sum(-1).mean().ToDouble();
    }

    [Fact]
    public void The_student_of_the_default_pattern_is_the_shipped_hybrid()
    {
        var teacher = Variants.Catalogue.Resolve("ouro@ouro-proof");
        var expected = Variants.Catalogue.Resolve("ouro-hybrid@ouro-proof");
        var student = StudentDefinition.Derive(teacher, StudentDefinition.StaysFull("interleave:4:1:gdn:full", teacher.LayerCount), new Dictionary<string, string>(), expected.VariantId);
        Assert.Equal(expected.ToCanonicalJson(), student.ToCanonicalJson());
        Assert.Equal([4], Enumerable.Range(0, 6).Where(layer => student.MixerAt(0, layer).Mixer == "full"));
    }

    [Theory]
    [InlineData("bookend:1:full:gdn", "0,2")]
    [InlineData("list:full,gdn,gdn", "0")]
    [InlineData("back:1:full:gdn", "2")]
    public void Any_pattern_says_which_layers_stay_full(string pattern, string full) =>
        Assert.Equal(full, string.Join(',', StudentDefinition.StaysFull(pattern, 3).Index().Where(layer => layer.Item).Select(layer => layer.Index)));

    [Theory]
    [InlineData("list:gdn,window,gdn", "not 'window'")]
    [InlineData("sensitivity:0", "K above 0")]
    [InlineData("sensitivity:1", "probe: absent")]
    public void Layers_that_make_no_student_are_refused(string layers, string expected)
    {
        using var teacher = LoopedModel.Create(Teachers.Definition(), 1, ComputeDevice.Cpu);
        Assert.Contains(expected, Assert.Throws<ModelException>(() => Convert(teacher, Recipe(layers))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_mixer_starts_from_the_attention_head_by_head()
    {
        using var teacher = LoopedModel.Create(Teachers.Definition(keyValueHeads: 1), 1, ComputeDevice.Cpu);
        using var result = Convert(teacher, Recipe() with { Alignment = null, Distillation = null, LongContext = null, ExitGate = null }).Student!;
        using var scope = torch.NewDisposeScope();
        torch.Tensor Own(string name) => result.Parameters.View("layers.0.mixer." + name);
        torch.Tensor Theirs(string name) => teacher.Parameters.View("layers.0.mixer." + name);
        Assert.Equal(0, Variants.Distance(Own("q_proj.weight"), Theirs("q_proj.weight")));
        Assert.Equal(0, Variants.Distance(Own("o_proj.weight"), Theirs("o_proj.weight")));
        foreach (var name in (string[])["k_proj.weight", "v_proj.weight"])
        {
            Assert.Equal([16, 32], Theirs(name).shape);                                  // one key head of width 16
            Assert.Equal(0, Variants.Distance(Own(name).narrow(0, 0, 16), Theirs(name))); // both query heads read it
            Assert.Equal(0, Variants.Distance(Own(name).narrow(0, 16, 16), Theirs(name)));
        }
        Assert.Equal(0, Variants.Distance(Own("q_conv1d.weight").squeeze(1), torch.tensor(new float[] { 0, 0, 0, 1 }).expand(32, 4)));
        // Everything but the converted mixers is the teacher's.
        foreach (var name in (string[])["layers.1.mixer.q_proj.weight", "layers.0.mlp.up_proj.weight", "layers.2.mixer_norm_2.weight", "exit_gate.weight", "lm_head.weight"])
            Assert.Equal(0, Variants.Distance(result.Parameters.View(name), teacher.Parameters.View(name)));
    }

    [Fact]
    public void The_stages_bring_the_student_near_its_teacher_and_leave_the_teacher_alone()
    {
        using var teacher = Teachers.Trained();
        using var before = teacher.Parameters.Flat.clone();
        var stages = new List<string>();
        using var transferred = Convert(teacher, Recipe() with { Alignment = null, Distillation = null, LongContext = null, ExitGate = null }).Student!;
        using var aligned = Convert(teacher, Recipe() with { Distillation = null, LongContext = null, ExitGate = null }).Student!;
        var result = Convert(teacher, Recipe(), seen: stages.Add);
        using var student = result.Student!;
        Assert.Equal(TrainingOutcome.Finished, result.Outcome);
        Assert.Equal(["alignment", "distillation", "longContext", "exitGate"], stages.Distinct());
        Assert.Equal(stages.Distinct(), result.Stages.Select(stage => stage.Name));
        Assert.Equal(12 * 16 * 8, result.Stages[0].Tokens);
        var (first, second, third) = (Divergence(teacher, transferred), Divergence(teacher, aligned), Divergence(teacher, student));
        Assert.True(second < 0.7 * first && third < 0.7 * second, $"divergences {first}, {second}, {third}");
        Assert.Equal(0, Variants.Distance(before, teacher.Parameters.Flat));
        Assert.Equal(["gdn", "full", "gdn"], student.Definition.Slots[0].Select(choice => choice.Mixer));
    }

    [Fact]
    public void A_stopped_conversion_goes_on_and_ends_with_the_same_bits()
    {
        using var teacher = Teachers.Trained(10);
        using var whole = Convert(teacher, Recipe()).Student!;
        var state = Path.Combine(folder, "state");
        foreach (var stopIn in (string[])["alignment", "distillation"])
        {
            using var stop = new CancellationTokenSource();
            var count = 0;
            var stopped = Convert(teacher, Recipe(), state, stop: stop, seen: name =>
            {
                if (name == stopIn && ++count == 7) stop.Cancel();
            });
            Assert.Equal(TrainingOutcome.Interrupted, stopped.Outcome);
            Assert.Null(stopped.Student);
        }
        var finished = Convert(teacher, Recipe(), state);
        using var student = finished.Student!;
        Assert.Equal(0, Variants.Distance(whole.Parameters.Flat, student.Parameters.Flat));
        Assert.Equal(12, finished.Stages[0].Points.Count);
        var other = Recipe() with { Alignment = Stage(12, 0.02) };
        Assert.Contains("belongs to another", Assert.Throws<ModelException>(() => Convert(teacher, other, state)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Kept_answers_of_the_teacher_give_the_same_student()
    {
        using var teacher = Teachers.Trained(10);
        var cache = Path.Combine(folder, "cache");
        using var asked = Convert(teacher, Recipe(), cache: cache).Student!;
        Assert.Equal(12 + 2, Directory.GetFiles(cache, "*.safetensors", SearchOption.AllDirectories).Length);
        using var read = Convert(teacher, Recipe(), cache: cache).Student!;
        Assert.Equal(0, Variants.Distance(asked.Parameters.Flat, read.Parameters.Flat));
    }

    [Fact]
    public void The_probe_keeps_the_layers_whose_replacement_moves_the_teacher_most()
    {
        using var teacher = Teachers.Trained(30);
        var recipe = Recipe("sensitivity:1") with { Probe = new SensitivityProbe(Stage(6, 0.01), 2), Alignment = null, Distillation = null, LongContext = null, ExitGate = null };
        var result = Convert(teacher, recipe);
        using var student = result.Student!;
        Assert.Equal([0, 1, 2], result.SensitivityByLayer!.Keys.Order());
        Assert.All(result.SensitivityByLayer.Values, value => Assert.True(value >= 0));
        var most = result.SensitivityByLayer.MaxBy(pair => pair.Value).Key;
        Assert.Equal([most], Enumerable.Range(0, 3).Where(layer => student.Definition.MixerAt(0, layer).Mixer == "full"));
    }

    [Fact]
    public void The_loop_schedule_goes_from_every_loop_to_the_last()
    {
        var stage = Logits(10, 0.1, everyLoopShare: 0.4) with { LaterEarlyLoopWeight = 0.5 };
        Assert.Equal(10, stage.Steps);
        Assert.Equal([0.25, 0.25, 0.25, 0.25], Enumerable.Range(1, 4).Select(loop => stage.LoopWeight(loop, 4, 3)));
        Assert.Equal([0.2, 0.2, 0.2, 0.4], Enumerable.Range(1, 4).Select(loop => stage.LoopWeight(loop, 4, 4)));
        Assert.Equal([0.0, 0, 0, 1], Enumerable.Range(1, 4).Select(loop => (stage with { LaterEarlyLoopWeight = 0 }).LoopWeight(loop, 4, 9)));
    }

    [Fact]
    public void The_divergence_is_that_of_both_distributions_on_the_teachers_most_likely_tokens()
    {
        using var teacher = LoopedModel.Create(Teachers.Definition(), 1, ComputeDevice.Cpu, torch.ScalarType.Float64);
        using var student = LoopedModel.Create(Teachers.Definition(), 2, ComputeDevice.Cpu, torch.ScalarType.Float64);
        student.Parameters.AttachGradients();
        using var scope = torch.NewDisposeScope();
        using var batch = new Teachers.Words(5, 2).GetBatch(0);
        var stage = Logits(10, 0.1, everyLoopShare: 0) with { TopK = 3, Temperature = 2 };
        var actual = new DistillationObjective(student, new TeacherTargets(teacher, 3, null), stage, "").Accumulate(batch, 0, false).Loss.ToDouble();
        double[][] Rows(LoopedModel model) => [.. model.ForwardReadouts(batch.InputIds, [2])[0].flatten(0, 1).detach().unbind(0).Select(row => row.data<double>().ToArray())];
        var expected = Rows(teacher).Zip(Rows(student)).Average(rows =>
        {
            var top = rows.First.Index().OrderByDescending(pair => pair.Item).Take(3).Select(pair => pair.Index).ToArray();
            double[] Normalised(double[] logits) => [.. top.Select(i => Math.Exp(logits[i] / 2) / top.Sum(j => Math.Exp(logits[j] / 2)))];
            return Normalised(rows.First).Zip(Normalised(rows.Second)).Sum(pair => pair.First * Math.Log(pair.First / pair.Second));
        });
        Assert.Equal(expected, actual, 1e-6);
    }

    [Theory]
    [InlineData("ouro-hybrid", 0.5)]
    [InlineData("lt2-hybrid-full-gdn", 0.0)]
    public void Recomputed_activations_give_the_same_loss_and_gradient(string variant, double crossEntropy)
    {
        using var scope = torch.NewDisposeScope();
        using var teacher = Variants.Create(variant, 3, torch.ScalarType.Float64, 4);
        using var batch = new Teachers.Words(9, 2).GetBatch(0);
        (double Loss, torch.Tensor Gradient) Step(bool recompute)
        {
            using var student = Variants.Create(variant, 3, torch.ScalarType.Float64, 5);
            student.Parameters.AttachGradients();
            var stage = Logits(4, 0.1, crossEntropy: crossEntropy, everyLoopShare: 1) with { Recompute = recompute };
            return (new DistillationObjective(student, new TeacherTargets(teacher, 8, null), stage, "").Accumulate(batch, 0, false).Loss.ToDouble(), student.Parameters.Gradient.clone());
        }

        var (kept, expected) = Step(recompute: false);
        var (again, actual) = Step(recompute: true);
        Assert.Equal(kept, again, 1e-6);
        Assert.True(expected.abs().max().ToDouble() > 1e-3);
        Assert.True(Variants.Distance(expected, actual) < 1e-6, $"gradients differ by {Variants.Distance(expected, actual)}");
    }

    [Theory]
    [InlineData("ouro-hybrid-1.4b", "ouro@ouro-1.4b")]
    [InlineData("ouro-hybrid-proof", "ouro@ouro-proof")]
    [InlineData("ouro-hybrid-tiny", "ouro@tiny")]
    public void Shipped_recipes_read_and_fit_their_teachers(string name, string teacher)
    {
        Assert.Contains(name, ConversionCatalogue.Names);
        var recipe = ConversionCatalogue.Load(name);
        Assert.Empty(recipe.Problems());
        var definition = Variants.Catalogue.Resolve(teacher);
        Assert.NotNull(StudentDefinition.Derive(definition, StudentDefinition.StaysFull(recipe.Layers, definition.LayerCount), recipe.MixerOptions, "student@x"));
        Assert.Equal(recipe.TotalTokens, recipe.WithoutAlignment().TotalTokens);
    }

    [Fact]
    public void A_recipe_file_gets_all_its_problems_with_line_and_field()
    {
        var file = Path.Combine(folder, "mine.yaml");
        File.WriteAllText(file, "name: mine\nlayers: interleave:4:1:gdn:full\nalignment: { tokens: 10, sequenceLength: 1, batchSize: 4, learningRate: 0.1 }\ndistilation: { tokens: 1 }\n");
        Assert.Contains("mine.yaml:4: distilation: unknown field. Did you mean 'distillation'?", Assert.Throws<ModelException>(() => ConversionCatalogue.Load(file)).Message, StringComparison.Ordinal);
        File.WriteAllText(file, "name: mine\nalignment: { tokens: 10, sequenceLength: 1, batchSize: 4, learningRate: 0.1 }\n");
        Assert.Contains("alignment.sequenceLength is 1", Assert.Throws<ModelException>(() => ConversionCatalogue.Load(file)).Message, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'ouro-hybrid-tiny'?", Assert.Throws<ModelException>(() => ConversionCatalogue.Load("ouro-hybrid-tinny")).Message, StringComparison.Ordinal);
    }
}
