using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Mixers;
using LT2.Eval.Models.Runtime;
using TorchSharp;

namespace LT2.Eval.Models.Tests.Looping;

public sealed class ParameterStoreTests
{
    public static TheoryData<string> Ids => [.. Variants.Catalogue.Ids.Where(id => id.EndsWith("@tiny", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Ids))]
    public void What_is_allocated_is_what_was_counted(string id)
    {
        var definition = Variants.Catalogue.Resolve(id);
        using var model = LoopedModel.Create(definition, 1, ComputeDevice.Cpu);
        Assert.Equal(ModelShape.ParameterCount(definition), model.Parameters.Flat.NumberOfElements);
        Assert.Equal(ModelShape.Describe(definition).Select(p => p.Name), model.Parameters.Names);
    }

    [Fact]
    public void A_packed_leaf_and_its_parts_are_the_same_storage()
    {
        using var scope = torch.NewDisposeScope();
        using var store = new ParameterStore([ParameterDescription.Linear("a", 2, 3), ParameterDescription.Norm("n", 5), ParameterDescription.Linear("b", 4, 3)], torch.CPU, torch.ScalarType.Float32);
        var packed = new PrefixedParameters(store, "").Packed("a", "b");
        Assert.Equal([6, 3], packed.shape);
        store.View("b").fill_(7);
        Assert.Equal(7 * 12, packed.sum().item<float>());
    }

    [Fact]
    public void Claims_that_contradict_each_other_or_do_not_fit_are_refused()
    {
        using var store = new ParameterStore([ParameterDescription.Linear("a", 2, 3), ParameterDescription.Linear("b", 4, 3), ParameterDescription.Linear("c", 4, 2)], torch.CPU, torch.ScalarType.Float32);
        var parameters = new PrefixedParameters(store, "");
        Assert.Throws<ModelException>(() => parameters.Packed("b", "a"));
        Assert.Throws<ModelException>(() => parameters.Packed("b", "c"));
        Assert.Throws<ModelException>(() => parameters["d"]);
        _ = parameters.Packed("a", "b");
        Assert.Throws<ModelException>(() => parameters["a"]);
    }
}
