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
  list.packages_of_modules = {{"yaml", "pyyaml"},           {"cv2", "opencv-python-headless"},
                              {"win32api", "pywin32"},      {"google.genai", "google-genai"},
                              {"sklearn", "scikit-learn"},  {"IPython", "ipython"},
                              {"matplotlib", "matplotlib"}, {"pylab", "matplotlib"}};
  list.shared_modules = {{"google", "google-genai has google.genai"}};
  list.mistaken_modules = {{"opencv", "cv2"}, {"scikitlearn", "sklearn"}};
  list.own_modules = {"utils"};
  list.python_modules = {"tkinter", "winreg"};
  list.windows_packages = {"pywin32"};
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
      {"No module named 'google.genai'", "ModuleNotFoundError", "google.genai"},
      {"No module named 'scikit-learn'", "ModuleNotFoundError", "scikit-learn"},
      {"No module named '--upgrade'", "ModuleNotFoundError", ""},
      {"No module named '.mine'", "ModuleNotFoundError", ""},
      {"No module named 'm\xC3\xBCller'", "ModuleNotFoundError", ""},
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
       "the service's image has numpy 1.26.4 (CONTRACT.md section 6); `add numpy==1.26.4` adds "
       "it to new sessions"},
      {"yaml",
       "the service's image has pyyaml, in a version that was not seen (CONTRACT.md section 6); "
       "`add pyyaml` adds it to new sessions"},
      {"polars", "it is not known whether the service's image has polars; "},
      {"Some_Thing",
       "it is not known whether the service's image has some-thing; `add some-thing` adds it "
       "to new sessions; if it is a file Some_Thing.py of the project, upload it, and run `import "
       "sys; "
       "sys.path.append('/mnt/data')` first"},
      {"google",
       "many packages have a part of the module google: google-genai has google.genai; `add NAME` "
       "adds one to new sessions"},
      {"google.genai", "it is not known whether the service's image has google-genai; `add goo"},
      {"opencv",
       "opencv is imported as cv2, not as opencv; it is not known whether the service's image has "
       "opencv-python-headless; `add opencv-python-headless` adds it to new sessions"},
      {"scikitlearn", "scikitlearn is imported as sklearn, not as scikitlearn"},
      {"scikit-learn", "the package scikit-learn is imported as sklearn, not as scikit-learn"},
      {"numpy-financial",
       "a package numpy-financial is imported as numpy_financial, not as numpy-financial"},
      {"win32api", "win32api is a part of pywin32, which is for Windows; sessions run on Linux"},
      {"utils", "a module utils is usually a file of the project: upload utils.py, and "},
      {"_private", "no package is known to have a module _private"},
      {"trailing_", "no package is known to have a module trailing_"},
      {"tkinter", "tkinter is a part of Python that the sessions here do not have; "},
      {"Numpy", "the package numpy is imported as numpy, not as Numpy"},
      {"scikit_learn", "the package scikit-learn is imported as sklearn, not as scikit_learn"},
      {"PyYAML", "the package pyyaml is imported as yaml, not as PyYAML"},
      {"ipython", "the package ipython is imported as IPython, not as ipython"},
      {"Matplotlib", "the package matplotlib is imported as matplotlib, not as Matplotlib"},
      {"nest_asyncio", "it is not known whether the service's image has nest-asyncio; `add"},
      {"nmupy",
       "it is not known whether the service's image has nmupy; if not numpy is meant, `add nmupy` "
       "adds it to new sessions; "},
      {"numpi", "it is not known whether the service's image has numpi; if not numpy is meant, "},
      {"polar", "it is not known whether the service's image has polar; if not polars is meant, "},
      {"skleearn", "it is not known whether the service's image has skleearn; if not sklearn is"},
      {"plotly", "it is not known whether the service's image has plotly; `add plotly"},
  }));
  DYNAMIC_SECTION(row.module) {
    CHECK_THAT(advice_on_missing(row.module, list_of_service(), "add"),
               Catch::StartsWith(row.advice));
  }
}

TEST_CASE("there is no advice on a part of an installed package", "[packages]") {
  CHECK(advice_on_missing("numpy.nothing", list_of_service(), "add").empty());
  CHECK(advice_on_missing("google.nothing", list_of_service(), "add").empty());
}

}  // namespace dynsessions::packages::test
