#include "emulator/packages/missing_module.h"

#include "tests/support/catch.h"

namespace dynsessions::packages::test {
namespace {

std::string traceback_of(const std::string& message, const std::string& type) {
  return message + std::string(75, '-') + '\n' + type +
         "                       Traceback (most recent call last)\nCell In[1], line 1\n";
}

PackageList list_of_service() {
  PackageList list;
  list.source = "CONTRACT.md section 6";
  list.packages = {
      {"numpy", "1.26.4", "1.26.4", "", true},     {"PyYAML", "6.0", "", "not seen", true},
      {"polars", "1.9.0", "", "not seen", false},  {"scikit-learn", "1.5.1", "1.5.1", "", true},
      {"ipython", "8.27.0", "", "not seen", true}, {"matplotlib", "3.8.4", "3.8.4", "", true},
      {"nest-asyncio", "1.6.0", "", "", false}};
  list.packages_of_modules = {{"yaml", "pyyaml"},           {"google", ""},
                              {"sklearn", "scikit-learn"},  {"IPython", "ipython"},
                              {"matplotlib", "matplotlib"}, {"pylab", "matplotlib"}};
  list.python_modules = {"tkinter", "winreg"};
  return list;
}

}  // namespace

TEST_CASE("the module that a program lacks is read from the failure of an import", "[packages]") {
  struct Row {
    const char* message;
    const char* type;
    const char* module;
  };
  const auto row = GENERATE(values<Row>({
      {"No module named 'plotly'", "ModuleNotFoundError", "plotly"},
      {"No module named '_tkinter'", "ModuleNotFoundError", "_tkinter"},
      {"No module named 'numpy.nothing'", "ModuleNotFoundError", ""},
      {"No module named 'a.b'; 'a' is not a package", "ModuleNotFoundError", ""},
      {"No module named 'plotly'", "ImportError", ""},
      {"No module named 'two words'", "ModuleNotFoundError", ""},
      {"No module named 'x\r\nset-cookie: a'", "ModuleNotFoundError", ""},
      {"No module named '7'", "ModuleNotFoundError", ""},
      {"No module named ''", "ModuleNotFoundError", ""},
      {"division by zero", "ZeroDivisionError", ""},
  }));
  DYNAMIC_SECTION(row.message << ' ' << row.type) {
    CHECK(missing_module(traceback_of(row.message, row.type)).value_or("") == row.module);
  }
  CHECK_FALSE(missing_module(""));
  CHECK_FALSE(missing_module("No module named 'plotly"));
  CHECK_FALSE(missing_module("No module named '" + std::string(101, 'a') + "'-----\n"));
}

TEST_CASE("the advice tells what is known of the service and how to add a package", "[packages]") {
  struct Row {
    const char* module;
    const char* advice;
  };
  const auto row = GENERATE(values<Row>({
      {"numpy",
       "the service's image has numpy 1.26.4 (CONTRACT.md section 6); `dynsessions packages add "
       "numpy==1.26.4` adds it"},
      {"yaml",
       "the service's image has pyyaml, in a version that was not seen (CONTRACT.md section 6); "
       "`dynsessions packages add pyyaml` adds it"},
      {"polars", "it is not known whether the service's image has polars; "},
      {"Some_Thing",
       "it is not known whether the service's image has some-thing; `dynsessions packages add "
       "some-thing` adds it"},
      {"google", "many packages have a part of the module google; "},
      {"tkinter", "tkinter is a part of Python that the sessions here do not have; "},
      {"Numpy", "the package numpy is imported as numpy, not as Numpy"},
      {"scikit_learn", "the package scikit-learn is imported as sklearn, not as scikit_learn"},
      {"PyYAML", "the package pyyaml is imported as yaml, not as PyYAML"},
      {"ipython", "the package ipython is imported as IPython, not as ipython"},
      {"Matplotlib", "the package matplotlib is imported as matplotlib, not as Matplotlib"},
      {"nest_asyncio", "it is not known whether the service's image has nest-asyncio; `dyn"},
      {"nmupy",
       "it is not known whether the service's image has nmupy; if not numpy is meant, `dynsessions "
       "packages add nmupy` adds it"},
      {"numpi", "it is not known whether the service's image has numpi; if not numpy is meant, "},
      {"polar", "it is not known whether the service's image has polar; if not polars is meant, "},
      {"skleearn", "it is not known whether the service's image has skleearn; if not sklearn is"},
      {"plotly", "it is not known whether the service's image has plotly; `dynsessions packages"},
  }));
  DYNAMIC_SECTION(row.module) {
    CHECK_THAT(advice_on_missing(row.module, list_of_service()), Catch::StartsWith(row.advice));
  }
}

}  // namespace dynsessions::packages::test
