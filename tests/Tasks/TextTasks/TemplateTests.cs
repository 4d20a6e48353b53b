using LT2.Eval.Tasks.TextTasks.Python;
using LT2.Eval.Tasks.TextTasks.Templates;

namespace LT2.Eval.Tasks.Tests.TextTasks;

public sealed class TemplateTests
{
    // Rendered by Jinja 3.1.6 with strict undefined names and trailing newlines kept.
    private static readonly Map Samples = PythonJson.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "TextTasks", "jinja-samples.json"))).AsMap();

    public static TheoryData<string, string> Rendered
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var sample in Samples.Maps("samples"))
            {
                data.Add((string)sample["template"]!, (string)sample["rendered"]!);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Rendered))]
    public void Templates_render_as_Jinja_renders_them(string template, string rendered) =>
        Assert.Equal(rendered, Template.Parse(template).Render(Samples["columns"].AsMap()));

    [Theory]
    [InlineData("{{missing}}", "'missing' is not defined")]
    [InlineData("{{choices.missing}}", "There is no 'missing' in")]
    [InlineData("{{choices.text[9]}}", "has no element 9")]
    [InlineData("{{choices.label.index('Z')}}", "'Z' is not in ['A', 'B', 'C']")]
    [InlineData("{{text.stripp()}}", "Did you mean 'strip'?")]
    [InlineData("{{text|uper}}", "Did you mean 'upper'?")]
    [InlineData("{{n % 0}}", "Division by zero")]
    [InlineData("{{none + 1}}", "is no number")]
    [InlineData("{{1 + 2 ~ 3}}", "'23' is no number")]
    [InlineData("{{7 - 2 ~ 1}}", "'21' is no number")]
    public void What_cannot_be_rendered_is_named_with_its_template(string template, string problem)
    {
        var message = Assert.Throws<TemplateException>(() => Template.Parse(template).Render(Samples["columns"].AsMap())).Message;
        Assert.Contains(problem, message);
        Assert.Contains(template, message);
    }

    [Theory]
    [InlineData("{{a b}}")]
    [InlineData("{{'open}}")]
    [InlineData("{{a ? b}}")]
    [InlineData("{% if a %}x")]
    [InlineData("{% for x of y %}{% endfor %}")]
    [InlineData("{% endif %}")]
    [InlineData("{% while a %}")]
    [InlineData("text {{ open")]
    public void What_is_no_template_is_refused(string source) => Assert.Throws<TemplateException>(() => Template.Parse(source));
}
