await Dvt.Api.ApiHost.RunAsync(args);
