@echo off
rem Runs the tests that lie beside this file; --only TEXT chooses by name. Those that register servers want an administrator.
setlocal
set "VMEVENTS_TEST_DATA=%~dp0data"
if /i "%PROCESSOR_ARCHITECTURE%"=="AMD64" goto both
if defined PROCESSOR_ARCHITEW6432 goto both
"%~dp0win32\run_tests.exe" "%~dp0win32" %*
exit /b %errorlevel%
:both
"%~dp0win64\run_tests.exe" "%~dp0win64" "%~dp0win32" %*
exit /b %errorlevel%
