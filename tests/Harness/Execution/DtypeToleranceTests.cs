using LT2.Eval.Harness.Execution;
using LT2.Eval.Results.Gating;

namespace LT2.Eval.Harness.Tests.Execution;

public sealed class DtypeToleranceTests
{
    [Fact]
    public void Every_compute_dtype_has_a_tolerance_of_its_numerics() => Assert.All(Dtypes.Names, name => Assert.True(NumericsTolerance.Of(name) > 0, name));
}
