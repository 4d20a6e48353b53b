using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Data.Tables;
using LT2.Eval.Tasks.TextTasks.Python;
using Parquet.Serialization;

namespace LT2.Eval.Tasks.Tests.Data;

public sealed class DatasetTableTests
{
    private const string Row = """{"question": "why?", "n": 1}""";

    [Theory]
    [InlineData("cfg/validation-00000-of-00001.jsonl", "cfg")]
    [InlineData("cfg/validation.jsonl", "cfg")]
    [InlineData("data/cfg/validation.jsonl", "cfg")]
    [InlineData("validation.jsonl", "cfg")]
    [InlineData("validation.jsonl", null)]
    [InlineData("data/validation-00000-of-00001-0a1b.jsonl", null)]
    [InlineData("default/validation.jsonl", null)]
    public void A_split_is_found_in_every_usual_place(string file, string? configuration)
    {
        using var temporary = new TemporaryFolder();
        temporary.Write(file, Row);
        Assert.Equal(Row, PythonJson.Dumps(DatasetTable.Read(temporary.Path, configuration, "validation").Single()));
    }

    [Fact]
    public void Shards_are_read_in_order_and_other_splits_left_alone()
    {
        using var temporary = new TemporaryFolder();
        foreach (var name in new[] { "test-00001-of-00002", "test-00000-of-00002", "test_hard", "train" })
        {
            temporary.Write(name + ".jsonl", $$"""{"from": "{{name}}"}""");
        }

        Assert.Equal(["test-00000-of-00002", "test-00001-of-00002"], DatasetTable.Read(temporary.Path, null, "test").Select(row => row["from"]));
    }

    [Fact]
    public void The_card_of_a_data_set_names_its_files()
    {
        using var temporary = new TemporaryFolder();
        temporary.Write("README.md", "---\nlicense: mit\nconfigs:\n- config_name: small\n  data_files:\n  - split: test\n    path: odd/place/part-*.jsonl\n---\nText\n");
        temporary.Write("odd/place/part-1.jsonl", Row);
        Assert.Single(DatasetTable.Read(temporary.Path, "small", "test"));
        Assert.Throws<TaskException>(() => DatasetTable.Read(temporary.Path, "small", "train"));
    }

    [Fact]
    public void A_missing_split_says_what_to_place_where_and_what_is_there()
    {
        using var temporary = new TemporaryFolder();
        temporary.Write("cfg/test.jsonl", Row);
        var problem = Assert.Throws<TaskException>(() => DatasetTable.Read(temporary.Path, "cfg", "validation")).Message;
        Assert.Contains(Path.Combine(temporary.Path, "cfg", "validation") + "-00000-of-00001.parquet", problem);
        Assert.Contains("cfg/test.jsonl", problem);
    }

    [Fact]
    public void Comma_separated_values_keep_quotes_commas_and_line_breaks()
    {
        using var temporary = new TemporaryFolder();
        temporary.Write("test.csv", "question,answer,n\r\n\"a \"\"b\"\", c\nd\",,007\r\nx,y,12\n");
        var rows = DatasetTable.Read(temporary.Path, null, "test");
        Assert.Equal("""[{"question": "a \"b\", c\nd", "answer": "", "n": "007"}, {"question": "x", "answer": "y", "n": 12}]""", PythonJson.Dumps(rows));
    }

    [Fact]
    public void Rows_of_the_wrong_width_are_named()
    {
        using var temporary = new TemporaryFolder();
        temporary.Write("test.csv", "a,b\n1\n1,2\n1,2,3\n");
        Assert.Equal(2, Assert.Throws<TaskException>(() => DatasetTable.Read(temporary.Path, null, "test")).Problems.Count);
    }

    [Theory]
    [InlineData("""[{"a": 1}, {"a": 2}]""")]
    [InlineData("""{"data": [{"a": 1}, {"a": 2}]}""")]
    [InlineData("{\"a\": 1}\n{\"a\": 2}\n")]
    public void JSON_is_a_list_an_object_with_one_list_or_lines(string content)
    {
        using var temporary = new TemporaryFolder();
        temporary.Write("test.json", content);
        Assert.Equal([1L, 2L], DatasetTable.Read(temporary.Path, null, "test").Select(row => row["a"]));
    }

    [Fact]
    public void Damaged_lines_are_named_all_at_once()
    {
        using var temporary = new TemporaryFolder();
        temporary.Write("test.jsonl", "{\"a\": 1}\n{\"a\": \n[1]\n");
        var problems = Assert.Throws<TaskException>(() => DatasetTable.Read(temporary.Path, null, "test")).Problems;
        Assert.Equal(2, problems.Count);
        Assert.Contains("line 2", problems[0]);
        Assert.Contains("line 3", problems[1]);
    }

    [Fact]
    public async Task Parquet_rows_with_nested_lists_become_plain_values()
    {
        using var temporary = new TemporaryFolder();
        await ParquetSerializer.SerializeAsync(
            [new Question { Text = "é?", Label = 3, Choices = new Choices { Text = ["a", "b"], Label = ["A", "B"] } }],
            Path.Combine(temporary.Path, "test.parquet"),
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(
            """{"Text": "é?", "Label": 3, "Choices": {"Text": ["a", "b"], "Label": ["A", "B"]}}""",
            PythonJson.Dumps(DatasetTable.Read(temporary.Path, null, "test").Single()));
    }

    [Fact]
    public async Task Parquet_lists_of_structures_and_missing_values_become_plain_values()
    {
        using var temporary = new TemporaryFolder();
        await ParquetSerializer.SerializeAsync(
            [new Passage { Dates = [new Date { Day = "3", Year = 1908 }, new Date { Day = "4", Year = 1909 }], Scores = [0.5, 1], Note = null, IsTrue = true, Small = 7 }],
            Path.Combine(temporary.Path, "test.parquet"),
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(
            """{"Dates": [{"Day": "3", "Year": 1908}, {"Day": "4", "Year": 1909}], "Scores": [0.5, 1.0], "Note": null, "IsTrue": true, "Small": 7}""",
            PythonJson.Dumps(DatasetTable.Read(temporary.Path, null, "test").Single()));
    }

    [Fact]
    public void A_damaged_Parquet_file_is_named()
    {
        using var temporary = new TemporaryFolder();
        var path = temporary.Write("test.parquet", "PAR1 and then nothing");
        Assert.Contains(path, Assert.Throws<TaskException>(() => DatasetTable.Read(temporary.Path, null, "test")).Message);
    }

    private sealed class Question
    {
        public string Text { get; set; } = string.Empty;

        public long Label { get; set; }

        public Choices Choices { get; set; } = new();
    }

    private sealed class Passage
    {
        public List<Date> Dates { get; set; } = [];

        public List<double> Scores { get; set; } = [];

        public string? Note { get; set; }

        public bool IsTrue { get; set; }

        public int Small { get; set; }
    }

    private sealed class Date
    {
        public string Day { get; set; } = string.Empty;

        public int Year { get; set; }
    }

    private sealed class Choices
    {
        public List<string> Text { get; set; } = [];

        public List<string> Label { get; set; } = [];
    }
}
