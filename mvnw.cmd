@echo off
rem Runs Maven for Millrace on Windows. UNTESTED: the build is developed and checked on Linux only.
rem It finds a JDK of version 25 or newer; unlike mvnw it does not fetch Maven, version 3.9 or newer
rem has to be on the PATH.
setlocal enabledelayedexpansion

if defined JAVA_HOME call :check "%JAVA_HOME%"
if defined jdk goto run
for /d %%d in ("%ProgramFiles%\Java\*" "%ProgramFiles%\Eclipse Adoptium\*" "%USERPROFILE%\.jdks\*") do (
    if not defined jdk call :check "%%~d"
)
if not defined jdk (
    echo mvnw: no JDK 25 or newer found: install one, or let JAVA_HOME name its folder 1>&2
    exit /b 1
)

:run
set "JAVA_HOME=%jdk%"
where mvn >nul 2>&1
if errorlevel 1 (
    echo mvnw: no Maven found: install version 3.9 or newer and put it on the PATH 1>&2
    exit /b 1
)
call mvn %*
exit /b %errorlevel%

rem Sets jdk to folder %1 when a whole JDK of version 25 or newer is in it.
:check
if not exist "%~1\bin\javac.exe" exit /b 0
if not exist "%~1\release" exit /b 0
for /f "tokens=2 delims==." %%v in ('findstr /b "JAVA_VERSION=" "%~1\release"') do (
    set "feature=%%~v"
    set "feature=!feature:"=!"
    if !feature! geq 25 set "jdk=%~1"
)
exit /b 0
