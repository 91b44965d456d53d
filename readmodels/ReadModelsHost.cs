namespace Dvt.ReadModels;
