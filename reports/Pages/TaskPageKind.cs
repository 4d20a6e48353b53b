using LT2.Eval.Reports.Rendering;
using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Pages;

internal sealed class TaskPageKind : IReportPage
{
    public IEnumerable<PageInstance> Instances(ReportModel model) => model.Quality.Select(item => (item.SuiteId, item.TaskId)).Distinct().Select(task =>
        PageInstance.Of<TaskPage>(SitePaths.Task(task.SuiteId, task.TaskId), "Task " + task.TaskId, ("Suite", task.SuiteId), ("Task", task.TaskId)));
}
